"""People's rights: object, restrict, erase, deregister, look; disclosures to an authority."""
