"""Rules of identity: donation numbers, the symbols of ISBT 128 and GS1, the chain of identity. Pure."""
