"""The Python client, as our own command line imports it; elsewhere it is ``anamnese-client``."""
