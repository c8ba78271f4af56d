"""The owner's recipients in homebase.toml, by command: listed, checked, entered, taken out."""
