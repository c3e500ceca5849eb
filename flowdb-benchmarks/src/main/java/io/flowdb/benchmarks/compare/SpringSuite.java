package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.document.Users;
import io.flowdb.benchmarks.engine.Durability;
import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.measure.CallTimer;
import io.flowdb.benchmarks.measure.Directories;
import io.flowdb.benchmarks.measure.Random64;
import io.flowdb.benchmarks.measure.TimedRun;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import io.flowdb.benchmarks.spring.SpringEngine;
import io.flowdb.benchmarks.spring.user.StoredUser;
import io.flowdb.benchmarks.spring.user.UserRepository;
import io.flowdb.benchmarks.spring.user.UserStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Spring Data repositories on 20,000 users, most of them in cities of 200: the rows that read, then those that write,
 * on one database. Ids are those the store gives. Threads: one.
 */
final class SpringSuite implements Suite.Runner {
    private static final String FIND_BY_ID = "findById";
    private static final String FINDER_UNIQUE = "finder-unique";
    private static final String FINDER_LIST = "finder-list-200";
    private static final String SAVE = "save";
    private static final String SAVE_ALL = "saveAll-1000";
    static final List<String> WORKLOADS = List.of(FIND_BY_ID, FINDER_UNIQUE, FINDER_LIST, SAVE, SAVE_ALL);

    private static final int USERS = 20_000;
    private static final int BATCH = 1_000;
    private static final long SEED = 20261125;
    private static final long PRIME = 0x9e3779b97f4a7c15L;

    private final RunContext context;
    private final SpringEngine engine;

    SpringSuite(RunContext context) {
        this.context = context;
        engine = SpringEngine.valueOf(context.engine().name());
    }

    static Durability durability(EngineKind engine) {
        return engine == EngineKind.JPA_H2_DEFAULT ? Durability.PROCESS : Durability.FSYNC;
    }

    @Override
    public void run() throws Exception {
        Path dir = context.dir().resolve("users");
        try (UserStore<?> store = engine.start(dir)) {
            new Run<>(store, dir).all();
        }
        Directories.remove(dir);
    }

    /** The rows on one store; each has users numbered from 0. */
    private final class Run<U extends StoredUser> {
        private final UserStore<U> store;
        private final UserRepository<U> repository;
        private final Path dir;
        private final Users users = new Users(context.recordsOr(USERS));
        private final Random64 random = new Random64(SEED);

        /** What the users are, made before the clock runs. */
        private final List<Fields> fields = new ArrayList<>();

        private final List<Long> ids = new ArrayList<>();
        private final Set<Long> seen = new HashSet<>();

        /**
         * Of each city, the sum over its users: looking up what each of them must be would take longer than some
         * answers.
         */
        private final List<Long> fingerprints = new ArrayList<>();

        Run(UserStore<U> store, Path dir) {
            this.store = store;
            this.repository = store.repository();
            this.dir = dir;
        }

        void all() throws Exception {
            while (ids.size() < users.count()) {
                stored(repository.saveAll(newUsers()));
            }
            for (int city = 0; city < users.cities(); city++) {
                long sum = 0;
                for (int number = city; number < users.firstHermit(); number += users.cities()) {
                    sum += fields.get(number).fingerprint(ids.get(number));
                }
                fingerprints.add(sum);
            }
            double bytes = Directories.sizeBytes(dir);
            measure(FIND_BY_ID, RunContext.SAMPLE_EVERY, bytes, this::findById);
            measure(FINDER_UNIQUE, RunContext.SAMPLE_EVERY, bytes, this::findByEmail);
            measure(FINDER_LIST, 1, bytes, this::findByCity);
            write(SAVE, 1, timer -> {
                U user = newUser();
                long begin = timer.begin();
                U saved = repository.save(user);
                timer.end(begin);
                stored(List.of(saved));
            });
            write(SAVE_ALL, BATCH, timer -> {
                List<U> batch = newUsers();
                long begin = timer.begin();
                List<U> saved = repository.saveAll(batch);
                timer.end(begin);
                stored(saved);
            });
        }

        private void measure(String workload, int sampleEvery, double bytes, Call call) throws Exception {
            context.measureReads(
                    workload, new RunContext.Reads(1, sampleEvery, 1, bytes, (thread, timer) -> repeat(call, timer)));
        }

        private void write(String workload, int batch, Call call) throws Exception {
            if (!context.wants(workload)) {
                return;
            }
            TimedRun.run(1, context.warmUpNanos(), 1, (thread, timer) -> repeat(call, timer));
            System.gc();
            TimedRun run = TimedRun.run(1, context.measuredNanos(), 1, (thread, timer) -> repeat(call, timer));
            context.emit(RowSample.of(workload, run.callsPerSecond() * batch, run.histogram())
                    .withBytesOnDisk(Directories.sizeBytes(dir)));
            checkAll();
        }

        private void repeat(Call call, CallTimer timer) {
            while (!timer.expired()) {
                call.run(timer);
            }
        }

        private void findById(CallTimer timer) {
            int number = random.nextInt(users.count());
            Long id = ids.get(number);
            long begin = timer.begin();
            Optional<U> found = repository.findById(id);
            timer.end(begin);
            check(number, found);
        }

        private void findByEmail(CallTimer timer) {
            int number = random.nextInt(users.count());
            String email = fields.get(number).email;
            long begin = timer.begin();
            Optional<U> found = repository.findByEmail(email);
            timer.end(begin);
            check(number, found);
        }

        private void findByCity(CallTimer timer) {
            int city = random.nextInt(users.cities());
            String name = fields.get(city).city;
            long begin = timer.begin();
            List<U> found = repository.findByCity(name);
            timer.end(begin);
            long sum = 0;
            for (U user : found) {
                sum += fingerprint(user);
            }
            if (found.size() != Users.CITY_SIZE || sum != fingerprints.get(city)) {
                throw new WrongAnswerException(name + ": " + found.size() + " users, or others than its own");
            }
        }

        private List<U> newUsers() {
            List<U> batch = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                batch.add(newUser());
            }
            return batch;
        }

        private U newUser() {
            int number = fields.size();
            Fields next = new Fields(users.email(number), users.city(number), users.age(number), users.name(number, 0));
            fields.add(next);
            return store.newUser(next.email, next.city, next.age, next.name);
        }

        private void stored(List<U> saved) {
            for (U user : saved) {
                int number = ids.size();
                Long id = user.id();
                if (id == null || !seen.add(id)) {
                    throw new WrongAnswerException("user " + number + " got the id " + id);
                }
                ids.add(id);
            }
        }

        private void checkAll() {
            for (int number = 0; number < ids.size(); number++) {
                check(number, repository.findById(ids.get(number)));
            }
            if (repository.count() != ids.size()) {
                throw new WrongAnswerException(repository.count() + " users instead of " + ids.size());
            }
        }

        private long fingerprint(U user) {
            return new Fields(user.email(), user.city(), user.age(), user.name()).fingerprint(user.id());
        }

        private void check(int number, Optional<U> found) {
            if (found.isEmpty() || !fields.get(number).matches(ids.get(number), found.get())) {
                throw new WrongAnswerException(
                        "user " + number + (found.isEmpty() ? ": not found" : ": wrong " + found.get()));
            }
        }
    }

    private interface Call {
        void run(CallTimer timer);
    }

    private record Fields(String email, String city, int age, String name) {
        boolean matches(Long id, StoredUser user) {
            return id.equals(user.id())
                    && email.equals(user.email())
                    && city.equals(user.city())
                    && age == user.age()
                    && name.equals(user.name());
        }

        /** Of the id and every field. */
        long fingerprint(@Nullable Long id) {
            return new Random64(Objects.hash(id, email) * PRIME + Objects.hash(city, age, name)).nextLong();
        }
    }
}
