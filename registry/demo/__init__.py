"""A synthetic cohort of children with juvenile dermatomyositis under JAK inhibitors: no record is of a real child.

A course is drawn from two numbers, the seed and the number of the participant, so that participant 17 is the same child
in a cohort of 60 and of 20,000. Hidden in each child are the activity of skin, muscle and interferon over time
(`course`), by the antibody (`phenotypes`); what a site sees of them is drawn from that state, form by form (`skin`,
`strength`, `assessments`, `organs`, `growth`, `laboratory`), with treatment (`jak_inhibitors`, `medications`) and
adverse events (`incidents`, `events`). `cohort` gives whole courses as the bodies that a client would send; `loading`
judges and records them as the API does; `tokens` makes the accounts that show the registry to each of its users.

Medians follow published cohorts (Wang 2022, Ding 2021, Le Voyer 2021, CARRA 2022); everything else is invention.
"""
