"""The demonstration: invented households in real villages, made by running the main job through HTTP."""
