"""The commands of ``goldline``, one module per topic. What they do is done elsewhere; here it is only asked for."""
