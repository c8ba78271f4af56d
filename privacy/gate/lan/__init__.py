"""The gate's side towards the home's own network: TLS, the names of this home, who may knock.

settings (homebase.toml), interfaces (which cards, who is on the link), identity (the certificates), tls (what
is spoken), crowd (limits), door (listens and greets), lan (keeps it all up as the network changes).
"""
