"""Where adamgate is called from: schedulers, each in a module of its own that nothing else imports."""
