"""What people in a meeting say without their voices: chat, reactions, polls. Pure rules."""
