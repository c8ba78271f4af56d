"""The home's own key: chosen, handed to devices one by one, kept on paper, and its records."""
