"""Every table of states, in the order in which the documents print them."""

from registry.domain.code_break import CODE_BREAK
from registry.domain.double_entry import DOUBLE_ENTRY
from registry.domain.enrolment import ENROLMENT
from registry.domain.locks import LOCK
from registry.domain.protocol_deviations import PROTOCOL_DEVIATION
from registry.domain.queries import DATA_QUERY
from registry.domain.randomisation_lists import RANDOMISATION_LIST
from registry.domain.review import SOURCE_VERIFICATION
from registry.domain.transitions import States
from registry.domain.visits import VISIT

STATE_TABLES: tuple[States, ...] = (
    ENROLMENT,
    VISIT,
    RANDOMISATION_LIST,
    PROTOCOL_DEVIATION,
    CODE_BREAK,
    SOURCE_VERIFICATION,
    LOCK,
    DATA_QUERY,
    DOUBLE_ENTRY,
)
