"""What a config is: its fields, its documents, their changes. Pydantic only; no Django, no HTTP, no database."""
