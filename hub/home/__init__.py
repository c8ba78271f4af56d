"""What people add to devices: rooms, people and their sessions."""
