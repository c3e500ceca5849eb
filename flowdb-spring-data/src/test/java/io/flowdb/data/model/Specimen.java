package io.flowdb.data.model;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An entity with a property of each kind a query can ask for; what is no primitive may be null. Indexes are made by the
 * tests.
 */
@ObjectStore("specimens")
public record Specimen(
        @Id Long id,
        @Nullable String name,
        int rank,
        @Nullable Long size,
        @Nullable Double ratio,
        @Nullable BigDecimal price,
        boolean open,
        @Nullable Boolean active,
        @Nullable Kind kind,
        @Nullable LocalDate day,
        @Nullable Instant at,
        @Nullable LocalDateTime moment,
        @Nullable OffsetDateTime zoned,
        @Nullable Duration span,
        @Nullable UUID uid,
        Optional<String> nick,
        @Nullable List<@Nullable String> tags,
        @Nullable Set<Kind> kinds,
        @Nullable List<Integer> scores,
        @Nullable Place place) {

    /** Declared in another order than that of the names. */
    public enum Kind {
        /** Last by name. */
        ROOT,
        /** First by name. */
        LEAF,
        /** With a body, so of a class of its own. */
        NODE {
            @Override
            public String toString() {
                return "a node";
            }
        }
    }

    /** A value with values of its own. */
    public record Place(
            @Nullable String city,
            @Nullable Integer floor,
            @Nullable Spot spot) {}

    /** Two steps down. */
    public record Spot(@Nullable String code, @Nullable LocalDate since) {}
}
