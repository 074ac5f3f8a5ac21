"""The individual case safety report of a serious event, shaped as ICH E2B(R3): its elements, its check, and its message.

Element numbers, names, conformance, code lists and places in the message: ICH E2B(R3) as FDA's list of core and regional data
elements prints them. What that list leaves to the sender, and what stands in no field of the registry, is said in each module.
"""
