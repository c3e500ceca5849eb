package io.flowdb.sample.todo;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a todo stands. */
enum Status {
    @JsonProperty("open")
    OPEN,
    @JsonProperty("done")
    DONE
}
