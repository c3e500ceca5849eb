package io.flowdb.data.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/** A test entity with a property of each kind, nearly all of which may be null. */
@ObjectStore("items")
@CompoundIndex(paths = {"status", "age"})
record Item(
        @Id String id,
        @Indexed String name,
        @Indexed Integer age,
        BigDecimal price,
        Boolean active,
        @JsonProperty("item_status") Status status,
        @Indexed LocalDate day,
        Instant at,
        @Indexed(multiEntry = true) List<String> tags,
        UUID uid,
        Place place) {

    enum Status {
        OPEN,
        DONE,
        LATER
    }

    record Place(String city, @Indexed Integer floor) {}
}
