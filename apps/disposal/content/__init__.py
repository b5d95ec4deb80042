"""What the stage says: to its signers, and on the certificate of destruction."""
