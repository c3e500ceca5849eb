package io.flowdb.boot.data.todo;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application as a user writes it. */
@SpringBootApplication
public class TodoApplication {}
