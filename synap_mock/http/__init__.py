"""The fake on the wire: one Starlette app, with a data face (the vendor's routes) and a control face (``/_mock``)."""
