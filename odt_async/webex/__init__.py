"""The Webex client: the SDK under our own HTTP policy."""
