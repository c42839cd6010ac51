"""Telling other systems what happened: signed, tried again, never into the network unasked."""
