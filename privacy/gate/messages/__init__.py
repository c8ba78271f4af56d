"""Messages to the household: mail, SMS; made, sent and kept by the gate alone."""
