package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.document.DocumentSession;
import io.flowdb.benchmarks.document.DocumentStore;
import io.flowdb.benchmarks.document.Users;
import io.flowdb.benchmarks.measure.CallTimer;
import io.flowdb.benchmarks.measure.Random64;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The rows of the suite {@code documents} that only read; all users have the first version of their name. Threads: one.
 */
final class DocumentReads {
    private static final int LIMIT = 20;
    private static final int FROM_AGE = 30;
    private static final int TO_AGE = 60;
    private static final int IN_CITIES = 100;
    private static final int CHECKED_IN_PASSING = 8;
    private static final long SEED = 20260105;

    private final RunContext context;
    private final DocumentStore store;
    private final Users users;
    private final long bytesOnDisk;
    private final Random64 random = new Random64(SEED);

    DocumentReads(RunContext context, DocumentStore store, Users users, long bytesOnDisk) {
        this.context = context;
        this.store = store;
        this.users = users;
        this.bytesOnDisk = bytesOnDisk;
    }

    /** Measures the rows that {@code wanted} accepts. */
    void run(Predicate<String> wanted) throws Exception {
        try (DocumentSession session = store.session()) {
            List<Row> rows = List.of(
                    new Row("get-parsed", timer -> get(session, timer)),
                    new Row("get-text", timer -> getText(session, timer)),
                    new Row("unique-lookup", timer -> uniqueLookUp(session, timer)),
                    new Row("index-lookup-1", timer -> hermit(session, timer)),
                    new Row("index-lookup-200", timer -> city(session, timer)),
                    new Row("compound-order-limit", timer -> compound(session, timer)),
                    new Row("in-100", timer -> hermits(session, timer)),
                    new Row("count-index", timer -> count(session, timer)));
            for (Row row : rows) {
                if (wanted.test(row.workload)) {
                    measure(row.workload, 1, row.call);
                }
            }
            if (wanted.test("full-scan")) {
                measure("full-scan", users.count(), timer -> scan(session, timer));
            }
        }
    }

    private void measure(String workload, int operations, Call call) throws Exception {
        context.measureReads(workload, new RunContext.Reads(1, 1, operations, bytesOnDisk, (thread, timer) -> {
            while (!timer.expired()) {
                call.run(timer);
            }
        }));
    }

    private void get(DocumentSession session, CallTimer timer) throws Exception {
        CallGroup.run(
                timer,
                this::randomUser,
                id -> (long) id,
                session::get,
                (found, id) -> users.check(session, found, id, 0));
    }

    /** The text is parsed after the clock has stopped, in the form of the tree that was written. */
    private void getText(DocumentSession session, CallTimer timer) throws Exception {
        CallGroup.run(timer, this::randomUser, id -> (long) id, session::getText, this::checkText);
    }

    private void uniqueLookUp(DocumentSession session, CallTimer timer) throws Exception {
        CallGroup.run(
                timer,
                this::randomUser,
                users::email,
                session::byEmail,
                (found, id) -> users.check(session, found, id, 0));
    }

    private void hermit(DocumentSession session, CallTimer timer) throws Exception {
        CallGroup.run(
                timer,
                this::randomHermit,
                users::city,
                session::byCity,
                (found, id) -> checkAll(session, Objects.requireNonNull(found), List.of(id)));
    }

    private void city(DocumentSession session, CallTimer timer) throws Exception {
        int city = random.nextInt(users.cities());
        long begin = timer.begin();
        List<Object> found = session.byCity(users.cityName(city));
        timer.end(begin);
        checkAll(session, sorted(session, found), citizens(city));
    }

    private void compound(DocumentSession session, CallTimer timer) throws Exception {
        int city = random.nextInt(users.cities());
        long begin = timer.begin();
        List<Object> found = session.byCityAndAge(users.cityName(city), FROM_AGE, TO_AGE, LIMIT);
        timer.end(begin);
        List<Integer> expected = citizens(city).stream()
                .filter(id -> users.age(id) >= FROM_AGE && users.age(id) < TO_AGE)
                .sorted(Comparator.<Integer>comparingInt(id -> users.age(id)).thenComparing(Comparator.naturalOrder()))
                .limit(LIMIT)
                .toList();
        checkAll(session, found, expected);
    }

    private void hermits(DocumentSession session, CallTimer timer) throws Exception {
        int count = Math.min(IN_CITIES, users.count() - users.firstHermit());
        int first = users.firstHermit() + random.nextInt(users.count() - users.firstHermit() - count + 1);
        List<Integer> ids = IntStream.range(first, first + count).boxed().toList();
        List<String> cities = ids.stream().map(id -> users.city(id)).toList();
        long begin = timer.begin();
        List<Object> found = session.inCities(cities);
        timer.end(begin);
        checkAll(session, sorted(session, found), ids);
    }

    private void count(DocumentSession session, CallTimer timer) throws Exception {
        int city = random.nextInt(users.cities());
        long begin = timer.begin();
        long found = session.countByCity(users.cityName(city));
        timer.end(begin);
        checkCount(found, citizens(city).size());
    }

    private void scan(DocumentSession session, CallTimer timer) throws Exception {
        long[] sum = new long[1];
        long begin = timer.begin();
        long found = session.scan(document -> sum[0] += session.number(document, "id"));
        timer.end(begin);
        checkCount(found, users.count());
        checkCount(sum[0], (long) users.count() * (users.count() - 1) / 2);
        session.scan(document -> users.check(session, document, session.number(document, "id"), 0));
    }

    private void checkText(@Nullable String text, int id) {
        if (text == null
                || id % CHECKED_IN_PASSING == 0
                        && !JsonMapper.shared()
                                .readTree(text)
                                .equals(JsonMapper.shared()
                                        .readTree(users.document(id, 0).toString()))
                || !text.contains(users.email(id))) {
            throw new WrongAnswerException("user " + id + ": wrong text");
        }
    }

    private int randomUser() {
        return random.nextInt(users.count());
    }

    private int randomHermit() {
        return users.firstHermit() + random.nextInt(users.count() - users.firstHermit());
    }

    private List<Integer> citizens(int city) {
        List<Integer> ids = new ArrayList<>();
        for (int id = city; id < users.firstHermit(); id += users.cities()) {
            ids.add(id);
        }
        return ids;
    }

    private static List<Object> sorted(DocumentSession session, List<Object> documents) {
        return documents.stream()
                .sorted(Comparator.comparingLong((Object document) -> session.number(document, "id")))
                .toList();
    }

    private void checkAll(DocumentSession session, List<Object> found, List<Integer> expected) {
        checkCount(found.size(), expected.size());
        for (int i = 0; i < found.size(); i++) {
            users.check(session, found.get(i), expected.get(i), 0);
        }
    }

    private static void checkCount(long found, long expected) {
        if (found != expected) {
            throw new WrongAnswerException("documents: " + found + " instead of " + expected);
        }
    }

    private interface Call {
        void run(CallTimer timer) throws Exception;
    }

    private record Row(String workload, Call call) {}
}
