"""How each rule finds its inputs in a course: one file a group of rules."""
