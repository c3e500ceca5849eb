package io.flowdb.data.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.ScanMode;
import io.flowdb.data.repository.FlowDbRepository;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.data.domain.Example;
import org.springframework.data.domain.ExampleMatcher;
import org.springframework.data.domain.ExampleMatcher.GenericPropertyMatcher;
import org.springframework.data.domain.ExampleMatcher.StringMatcher;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.Sort;
import org.springframework.data.repository.query.FluentQuery.FetchableFluentQuery;

/**
 * Random examples with random matchers find what Spring Data's reference says of them, over random entities and
 * indexes: {@code -Dflowdb.test.seed} repeats a run, {@code -Dflowdb.test.rounds} makes it longer.
 */
class ExampleModelTest {

    private static final int EXAMPLES = 300;

    interface Repository extends FlowDbRepository<Specimen, Long> {}

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final int rounds = Integer.getInteger("flowdb.test.rounds", 4);

    @Test
    void example_anyMatcher_findsWhatItDescribes() {
        for (int round = 0; round < rounds; round++) {
            run(seed + round, new Random(seed + round));
        }
    }

    private static void run(long seed, Random random) {
        try (TestDatabase database = TestDatabase.with(Specimen.class)) {
            List<String> indexes = Specimens.index(database, random);
            database.template().setScanMode(ScanMode.ALLOW);
            Repository repository = database.repository(Repository.class);
            Map<Long, Specimen> stored = Specimens.random(random);
            repository.saveAll(stored.values());
            for (int i = 0; i < EXAMPLES; i++) {
                Specimen probe = stored.isEmpty() || random.nextInt(3) == 0
                        ? Specimens.one(random)
                        : Condition.pick(List.copyOf(stored.values()), random);
                RandomMatcher matcher = new RandomMatcher(random);
                Sort sort = Specimens.sort(random, true);
                List<Specimen> wanted = stored.values().stream()
                        .filter(s -> matcher.matches(probe, s))
                        .sorted(Values.order(sort))
                        .toList();
                String description =
                        "seed " + seed + ", " + probe + " as " + matcher + " by " + sort + " over " + indexes;
                check(repository, Example.of(probe, matcher.built()), sort, wanted, description, random);
            }
        }
    }

    private static void check(
            Repository repository,
            Example<Specimen> example,
            Sort sort,
            List<Specimen> wanted,
            String description,
            Random random) {
        List<Long> ids = wanted.stream().map(Specimen::id).toList();
        assertThat(repository.findAll(example, sort))
                .extracting(Specimen::id)
                .as(description)
                .isEqualTo(ids);
        assertThat(repository.count(example)).as(description).isEqualTo(ids.size());
        assertThat(repository.exists(example)).as(description).isEqualTo(!ids.isEmpty());
        Pageable pageable = PageRequest.of(random.nextInt(3), 1 + random.nextInt(5), sort);
        Page<Specimen> page = repository.findAll(example, pageable);
        List<Long> onPage = ids.stream()
                .skip(pageable.getOffset())
                .limit(pageable.getPageSize())
                .toList();
        assertThat(page).extracting(Specimen::id).as(description).isEqualTo(onPage);
        assertThat(page.getTotalElements()).as(description).isEqualTo(ids.size());
        int most = 1 + random.nextInt(4);
        List<Specimen> first = repository.findBy(
                example,
                (FetchableFluentQuery<Specimen> q) -> q.sortBy(sort).limit(most).all());
        assertThat(first)
                .extracting(Specimen::id)
                .as(description)
                .isEqualTo(ids.stream().limit(most).toList());
        long streamed = repository.findBy(example, q -> {
            try (Stream<Specimen> all = q.stream()) {
                return all.count();
            }
        });
        assertThat(streamed).as(description).isEqualTo(ids.size());
    }

    /** A matcher and what it means. */
    private static final class RandomMatcher {

        private final boolean all;
        private final boolean nulls;
        private final boolean ignoreCase;
        private final StringMatcher how;
        private final List<String> ignored = new ArrayList<>(List.of("id"));
        private final Map<String, StringMatcher> byPath = new HashMap<>();
        private final Map<String, Boolean> caseByPath = new HashMap<>();
        private final List<String> transformed = new ArrayList<>();

        RandomMatcher(Random random) {
            all = random.nextInt(3) > 0;
            nulls = random.nextInt(4) == 0;
            ignoreCase = random.nextInt(3) == 0;
            how = Condition.pick(List.of(StringMatcher.values()), random);
            int kept = 1 + random.nextInt(3);
            for (Property property : Property.ALL) {
                if (random.nextInt(Property.ALL.size()) >= kept) {
                    ignored.add(property.path());
                }
                if (property.type() == String.class && !property.several() && random.nextInt(4) == 0) {
                    byPath.put(property.path(), Condition.pick(List.of(StringMatcher.values()), random));
                    caseByPath.put(property.path(), random.nextBoolean());
                }
                if (property.type() == String.class && !property.several() && random.nextInt(6) == 0) {
                    transformed.add(property.path());
                }
            }
            Stream.of("place", "place.spot")
                    .filter(path -> random.nextInt(6) == 0)
                    .forEach(ignored::add);
        }

        ExampleMatcher built() {
            ExampleMatcher matcher = (all ? ExampleMatcher.matchingAll() : ExampleMatcher.matchingAny())
                    .withStringMatcher(how)
                    .withIgnorePaths(ignored.toArray(String[]::new));
            matcher = nulls ? matcher.withIncludeNullValues() : matcher;
            matcher = ignoreCase ? matcher.withIgnoreCase() : matcher;
            for (String path : byPath.keySet()) {
                matcher = matcher.withMatcher(path, GenericPropertyMatcher.of(byPath.get(path), caseByPath.get(path)));
            }
            for (String path : transformed) {
                matcher = matcher.withTransformer(path, RandomMatcher::transform);
            }
            return matcher;
        }

        /** Null for some, another text for others. */
        private static Optional<Object> transform(Optional<Object> value) {
            return value.filter(text -> !text.equals("")).map(text -> "a" + text);
        }

        boolean matches(Specimen probe, Specimen specimen) {
            List<Boolean> results = new ArrayList<>();
            for (Property property : Property.ALL) {
                if (!isIgnored(property.path()) && !isBelowNull(property.path(), probe)) {
                    collect(property, probe, specimen, results);
                }
            }
            if (nulls) {
                collectWholes(probe, specimen, results);
            }
            return all || results.isEmpty() ? !results.contains(false) : results.contains(true);
        }

        private boolean isIgnored(String path) {
            return ignored.stream().anyMatch(i -> path.equals(i) || path.startsWith(i + "."));
        }

        private void collect(Property property, Specimen probe, Specimen specimen, List<Boolean> results) {
            Object value = property.of(probe);
            if (transformed.contains(property.path())) {
                value = transform(Optional.ofNullable(value)).orElse(null);
            }
            if (value != null) {
                results.add(matches(property, value, property.of(specimen)));
            } else if (nulls) {
                results.add(property.of(specimen) == null);
            }
        }

        /**
         * Whether the property belongs to a value that {@code probe} does not have; that value as a whole may count
         * then.
         */
        private static boolean isBelowNull(String path, Specimen probe) {
            return path.startsWith("place.")
                    && (probe.place() == null
                            || (path.startsWith("place.spot.") && probe.place().spot() == null));
        }

        private void collectWholes(Specimen probe, Specimen specimen, List<Boolean> results) {
            boolean noPlace = specimen.place() == null;
            if (probe.place() == null && !isIgnored("place")) {
                results.add(noPlace);
            } else if (probe.place() != null && probe.place().spot() == null && !isIgnored("place.spot")) {
                results.add(noPlace || specimen.place().spot() == null);
            }
        }

        private boolean matches(Property property, Object probe, @Nullable Object value) {
            if (probe instanceof Collection<?> elements) {
                return elements.stream().allMatch(e -> e != null && Values.any(value, v -> Values.equal(v, e, false)));
            }
            return value != null
                    && (property.type() == String.class
                            ? matches(property.path(), (String) probe, (String) value)
                            : property.path().equals("nick")
                                    ? matches("nick", (String) probe, (String) value)
                                    : Values.equal(value, probe, false));
        }

        private boolean matches(String path, String probe, String value) {
            boolean caseless = caseByPath.getOrDefault(path, ignoreCase);
            String text = Values.fold(value, caseless);
            String part = Values.fold(probe, caseless);
            return switch (byPath.getOrDefault(path, how)) {
                case DEFAULT, EXACT -> text.equals(part);
                case STARTING -> text.startsWith(part);
                case ENDING -> text.endsWith(part);
                case CONTAINING -> text.contains(part);
                case REGEX ->
                    Pattern.compile(probe, caseless ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0)
                            .matcher(value)
                            .find();
            };
        }

        @Override
        public String toString() {
            return built().toString();
        }
    }
}
