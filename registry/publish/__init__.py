"""What is written out from the declarations: the OpenAPI document, the data dictionary, extracts; changes nothing."""
