package io.flowdb.data.model;

import io.flowdb.data.TestDatabase;
import io.flowdb.data.model.Specimen.Kind;
import io.flowdb.data.model.Specimen.Place;
import io.flowdb.data.model.Specimen.Spot;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.json.IndexSchema;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Sort;

/** Random entities, indexes on them and orders of them. */
final class Specimens {

    private static final int MOST = 60;

    private Specimens() {}

    /** By id; some twice as rich in null as others. */
    static Map<Long, Specimen> random(Random random) {
        Map<Long, Specimen> all = new HashMap<>();
        for (int i = random.nextInt(MOST); i > 0; i--) {
            Specimen specimen = one(random);
            all.put(specimen.id(), specimen);
        }
        return all;
    }

    static Specimen one(Random random) {
        long id = random.nextInt(4) == 0 ? (Long) Property.named("id").valueThatIs(random) : random.nextInt(4 * MOST);
        return new Specimen(
                id == 0 ? 1 : id, // 0 would be a missing id
                value("name", random),
                (Integer) Property.named("rank").valueThatIs(random),
                value("size", random),
                value("ratio", random),
                value("price", random),
                random.nextBoolean(),
                value("active", random),
                value("kind", random),
                value("day", random),
                value("at", random),
                value("moment", random),
                value("zoned", random),
                value("span", random),
                value("uid", random),
                Optional.ofNullable(value("nick", random)),
                elements("tags", random),
                kinds(random),
                Specimens.<Integer>withoutNull(elements("scores", random)),
                place(random));
    }

    @SuppressWarnings("unchecked")
    private static <V> @Nullable V value(String property, Random random) {
        return (V) Property.named(property).value(random);
    }

    private static <V> @Nullable List<@Nullable V> elements(String property, Random random) {
        if (random.nextInt(6) == 0) {
            return null;
        }
        List<@Nullable V> elements = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            elements.add(value(property, random));
        }
        return elements;
    }

    private static <V> @Nullable List<V> withoutNull(@Nullable List<@Nullable V> elements) {
        return elements == null
                ? null
                : elements.stream().filter(java.util.Objects::nonNull).toList();
    }

    private static @Nullable Set<Kind> kinds(Random random) {
        if (random.nextInt(6) == 0) {
            return null;
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (Kind kind : Kind.values()) {
            if (random.nextBoolean()) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    private static @Nullable Place place(Random random) {
        if (random.nextInt(5) == 0) {
            return null;
        }
        Spot spot = random.nextInt(5) == 0
                ? null
                : new Spot(value("place.spot.code", random), value("place.spot.since", random));
        return new Place(value("place.city", random), value("place.floor", random), spot);
    }

    /** Saves some, deletes some, and gives what is there then. */
    static Map<Long, Specimen> change(
            FlowDbRepository<Specimen, Long> repository, Map<Long, Specimen> stored, Random random) {
        Map<Long, Specimen> state = new HashMap<>(stored);
        for (int i = random.nextInt(8); i > 0; i--) {
            Specimen specimen = one(random);
            if (random.nextInt(3) == 0) {
                repository.deleteById(specimen.id());
                state.remove(specimen.id());
            } else {
                repository.save(specimen);
                state.put(specimen.id(), specimen);
            }
        }
        return state;
    }

    /** Makes none, some or many, of one path or several, by value or by element; their description. */
    static List<String> index(TestDatabase database, Random random) {
        List<String> made = new ArrayList<>();
        for (int i = random.nextInt(3) * random.nextInt(8); i > 0; i--) {
            List<String> paths = paths(random);
            IndexSchema index = random.nextInt(3) == 0
                    ? IndexSchema.multiEntry("index" + i, paths.get(0))
                    : IndexSchema.of("index" + i, paths.toArray(String[]::new));
            database.db().createIndex("specimens", index);
            made.add(index.paths() + (index.multiEntry() ? " by element" : ""));
        }
        return made;
    }

    private static List<String> paths(Random random) {
        List<String> paths = new ArrayList<>();
        for (int i = 1 + random.nextInt(3) * random.nextInt(2); i > 0; i--) {
            String path = Condition.pick(Property.ALL, random).path();
            if (!paths.contains(path)) {
                paths.add(path);
            }
        }
        return paths;
    }

    /** Of up to two properties; with {@code special} perhaps null in another place, or without case. */
    static Sort sort(Random random, boolean special) {
        List<Sort.Order> orders = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            Property property = Condition.pick(Property.ALL, random);
            if (!property.several()) {
                Sort.Order order =
                        random.nextBoolean() ? Sort.Order.asc(property.path()) : Sort.Order.desc(property.path());
                orders.add(special(order, property, special ? random.nextInt(8) : random.nextInt(2)));
            }
        }
        return Sort.by(orders);
    }

    private static Sort.Order special(Sort.Order order, Property property, int choice) {
        return switch (choice) {
            case 0 -> order.nullsFirst();
            case 1 -> order.nullsLast();
            case 2 -> property.type() == String.class ? order.ignoreCase() : order;
            default -> order;
        };
    }
}
