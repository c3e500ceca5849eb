package io.flowdb.data.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.Conditions;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.model.Specimen.Kind;
import io.flowdb.json.Filter;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Conditions on the parts of an id, whatever their types, find what they find in a list: those on the first parts are
 * ranges of ids. {@code -Dflowdb.test.seed} repeats a run.
 */
class CompositeIdModelTest {

    @ObjectStore("by_kind")
    record ByKind(@Id KindKey id) {}

    record KindKey(Kind kind, LocalDate day, String text) {}

    @ObjectStore("by_price")
    record ByPrice(@Id PriceKey id) {}

    record PriceKey(BigDecimal price, UUID uid) {}

    @ObjectStore("by_time")
    record ByTime(@Id TimeKey id) {}

    record TimeKey(Instant at, OffsetDateTime zoned, int rank) {}

    @ObjectStore("by_text")
    record ByText(@Id TextKey id) {}

    record TextKey(String text, Double ratio, boolean open) {}

    @ObjectStore("by_flag")
    record ByFlag(@Id FlagKey id) {}

    record FlagKey(Boolean active, UUID uid, Long size) {}

    /** A part of an id, and the property of {@link Specimen} whose values it has. */
    private record Part<E>(String name, Property like, Function<E, Object> get) {}

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private static <E> Part<E> part(String name, String like, Function<E, Object> get) {
        return new Part<>("id." + name, Property.named(like), get);
    }

    @SuppressWarnings("unchecked")
    private <V> V any(String property) {
        return (V) Property.named(property).valueThatIs(random);
    }

    @Test
    void condition_onPartsOfAnId_findsWhatItFindsInAList() {
        check(
                ByKind.class,
                () -> new ByKind(new KindKey(any("kind"), any("day"), any("name"))),
                List.of(
                        part("kind", "kind", (ByKind e) -> e.id().kind()),
                        part("day", "day", e -> e.id().day()),
                        part("text", "name", e -> e.id().text())));
        check(
                ByPrice.class,
                () -> new ByPrice(new PriceKey(any("price"), any("uid"))),
                List.of(part("price", "price", (ByPrice e) -> e.id().price()), part("uid", "uid", e -> e.id().uid())));
        check(
                ByTime.class,
                () -> new ByTime(new TimeKey(any("at"), any("zoned"), this.<Integer>any("rank"))),
                List.of(
                        part("at", "at", (ByTime e) -> e.id().at()),
                        part("zoned", "zoned", e -> e.id().zoned()),
                        part("rank", "rank", e -> e.id().rank())));
        check(
                ByText.class,
                () -> new ByText(new TextKey(any("name"), any("ratio"), random.nextBoolean())),
                List.of(
                        part("text", "name", (ByText e) -> e.id().text()),
                        part("ratio", "ratio", e -> e.id().ratio()),
                        part("open", "open", e -> e.id().open())));
        check(
                ByFlag.class,
                () -> new ByFlag(new FlagKey(any("active"), any("uid"), any("size"))),
                List.of(
                        part("active", "active", (ByFlag e) -> e.id().active()),
                        part("uid", "uid", e -> e.id().uid()),
                        part("size", "size", e -> e.id().size())));
    }

    private <E> void check(Class<E> type, java.util.function.Supplier<E> one, List<Part<E>> parts) {
        try (TestDatabase database = TestDatabase.with(type)) {
            for (int i = 0; i < 60; i++) {
                database.template().save(one.get());
            }
            List<E> all = database.template().find(FlowDbQuery.all(), type);
            assertThat(all).hasSizeGreaterThan(5);
            Conditions<E> conditions = database.template().conditions(type);
            for (int i = 0; i < 200; i++) {
                List<Filter> filters = new ArrayList<>();
                Predicate<E> wanted = e -> true;
                for (int and = 1 + random.nextInt(3); and > 0; and--) {
                    wanted = wanted.and(condition(conditions, Condition.pick(parts, random), filters));
                }
                assertThat(database.template().find(FlowDbQuery.where(Filter.and(filters)), type))
                        .as("seed %s, %s %s", seed, type.getSimpleName(), filters)
                        .isEqualTo(all.stream().filter(wanted).toList());
            }
        }
    }

    /** Adds a filter, and returns what it means. */
    private <E> Predicate<E> condition(Conditions<E> conditions, Part<E> part, List<Filter> filters) {
        Object a = part.like().valueThatIs(random);
        Object b = part.like().valueThatIs(random);
        switch (random.nextInt(5)) {
            case 0:
                filters.add(conditions.gt(part.name(), a));
                return e -> order(part.get().apply(e), a, 1);
            case 1:
                filters.add(conditions.lt(part.name(), a));
                return e -> order(part.get().apply(e), a, -1);
            case 2:
                filters.add(conditions.in(part.name(), List.of(a, b)));
                return e -> Values.compare(part.get().apply(e), a) == 0
                        || Values.compare(part.get().apply(e), b) == 0;
            case 3:
                if (a instanceof String prefix) {
                    filters.add(conditions.startsWith(part.name(), prefix, false));
                    return e -> ((String) part.get().apply(e)).startsWith(prefix);
                }
                filters.add(conditions.ne(part.name(), a));
                return e -> Values.compare(part.get().apply(e), a) != 0;
            default:
                filters.add(conditions.eq(part.name(), a));
                return e -> Values.compare(part.get().apply(e), a) == 0;
        }
    }

    private static boolean order(Object value, Object bound, int sign) {
        return Values.comparable(value, bound) && Integer.signum(Values.compare(value, bound)) == sign;
    }
}
