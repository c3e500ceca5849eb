package io.flowdb.benchmarks.micro;

import io.flowdb.benchmarks.document.Users;
import io.flowdb.benchmarks.measure.Directories;
import io.flowdb.benchmarks.measure.Random64;
import io.flowdb.benchmarks.spring.flow.FlowConfiguration;
import io.flowdb.benchmarks.spring.flow.FlowUser;
import io.flowdb.benchmarks.spring.user.UserRepository;
import io.flowdb.benchmarks.spring.user.UserStore;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.json.JsonDB;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.JsonNode;

/**
 * What a repository adds to the same call of {@link JsonDB}, on 20,000 users: by id, by a unique index, the 200 users
 * of a city. {@code jsonDb…} gives trees, {@code typed…} what Jackson makes of them, {@code template…} and
 * {@code repository…} entities.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class RepositoryBenchmark {
    private static final String STORE = "users";
    private static final String BY_EMAIL = "by_email";
    private static final String BY_CITY = "by_city";

    private final Users users = new Users(20_000);
    private final Random64 random = new Random64(3);
    private final Path dir;
    private final UserStore<FlowUser> store;
    private final UserRepository<FlowUser> repository;
    private final FlowDbTemplate template;
    private final JsonDB db;
    private final List<Long> ids = new ArrayList<>();
    private final List<String> emails = new ArrayList<>();

    /** Starts a context in a temporary directory. */
    public RepositoryBenchmark() {
        try {
            dir = Files.createTempDirectory("flowdb-repository-");
            store = FlowConfiguration.start(dir);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        repository = store.repository();
        template = store.bean(FlowDbTemplate.class);
        db = store.bean(JsonDB.class);
    }

    /** Stores the users. */
    @Setup
    public void load() {
        List<FlowUser> batch = new ArrayList<>();
        for (int i = 0; i < users.count(); i++) {
            batch.add(store.newUser(users.email(i), users.city(i), users.age(i), users.name(i, 0)));
            emails.add(users.email(i));
        }
        for (FlowUser user : repository.saveAll(batch)) {
            ids.add(user.id());
        }
        int one = users.count() / 2;
        FlowUser expected = template.findById(ids.get(one), FlowUser.class);
        if (!repository.findById(ids.get(one)).equals(Optional.ofNullable(expected))
                || !repository.findByEmail(emails.get(one)).equals(Optional.ofNullable(expected))
                || repository.findByCity(users.cityName(0)).size() != Users.CITY_SIZE
                || jsonDbFinderList().size() != Users.CITY_SIZE) {
            throw new IllegalStateException("the repository gives another answer than the database");
        }
    }

    /** Removes everything. */
    @TearDown
    public void remove() throws IOException {
        store.close();
        Directories.remove(dir);
    }

    /** A tree. */
    @Benchmark
    public @Nullable JsonNode jsonDbGet() {
        return db.get(STORE, id());
    }

    /** A record, by Jackson. */
    @Benchmark
    public Optional<FlowUser> typedGet() {
        return db.getDoc(STORE, id(), FlowUser.class);
    }

    /** A record, without the repository's proxy. */
    @Benchmark
    public @Nullable FlowUser templateFindById() {
        return template.findById(id(), FlowUser.class);
    }

    /** A record. */
    @Benchmark
    public Optional<FlowUser> repositoryFindById() {
        return repository.findById(id());
    }

    /** A tree. */
    @Benchmark
    public List<JsonNode> jsonDbFinderUnique() {
        return db.getByIndex(STORE, BY_EMAIL, email());
    }

    /** A record. */
    @Benchmark
    public Optional<FlowUser> repositoryFinderUnique() {
        return repository.findByEmail(email());
    }

    /** 200 trees. */
    @Benchmark
    public List<JsonNode> jsonDbFinderList() {
        return db.getByIndex(STORE, BY_CITY, city());
    }

    /** 200 records. */
    @Benchmark
    public List<FlowUser> repositoryFinderList() {
        return repository.findByCity(city());
    }

    private Long id() {
        return ids.get(random.nextInt(ids.size()));
    }

    private String email() {
        return emails.get(random.nextInt(emails.size()));
    }

    private String city() {
        return users.cityName(random.nextInt(users.cities()));
    }
}
