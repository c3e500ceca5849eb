package io.flowdb.boot.data.todo;

import org.springframework.stereotype.Service;

/** A component of the application that a test of the data layer does without. */
@Service
public class Reminders {}
