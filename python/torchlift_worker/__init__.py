"""Thin hosts for the frameworks: load a model, run it, answer over a private socket. No logic of Torchlift lives here."""
