"""The owner's side: look, agree, take back; what an entry in homebase.toml opened; what happens by itself."""
