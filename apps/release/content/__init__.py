"""What the stage shows to its signers and prints."""
