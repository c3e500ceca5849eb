package io.flowdb.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flowdb.json.JsonDB;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the packaged application while several clients write and the cities come in: everything that was
 * acknowledged is there afterwards, and every index agrees with a full scan.
 */
class KillIT {
    private static final int CLIENTS = 4;
    private static final int ROUNDS = 3;
    private static final int LEAST_OF_A_ROUND = 20;

    @TempDir
    Path directory;

    @Test
    void kill_duringWrites_losesNothingAcknowledged() throws Exception {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Path dataDir = directory.resolve("data");
        List<WritingClient> clients = new ArrayList<>();
        for (int number = 0; number < CLIENTS; number++) {
            clients.add(new WritingClient("client" + number, random.nextLong()));
        }
        for (int round = 0; round < ROUNDS; round++) {
            try (SampleProcess sample = SampleProcess.start(dataDir, directory.resolve(round + ".log"))) {
                Api api = new Api(sample.awaitPort());
                for (WritingClient client : clients) {
                    client.verify(api);
                }
                writeUntilKilled(sample, api, clients, 1_000 + random.nextInt(1_500));
            }
        }
        verifyAll(dataDir, clients);
    }

    private static void writeUntilKilled(SampleProcess sample, Api api, List<WritingClient> clients, long millis)
            throws Exception {
        int before = clients.stream().mapToInt(WritingClient::acknowledged).sum();
        ExecutorService threads = Executors.newFixedThreadPool(clients.size());
        try {
            List<Future<?>> running = new ArrayList<>();
            for (WritingClient client : clients) {
                running.add(threads.submit(() -> client.writeWhileServed(api)));
            }
            Thread.sleep(millis);
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> clients.stream()
                                    .mapToInt(WritingClient::acknowledged)
                                    .sum()
                            >= before + LEAST_OF_A_ROUND);
            sample.kill();
            for (Future<?> client : running) {
                client.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** A last start, in this process, where the database itself can be asked. */
    private static void verifyAll(Path dataDir, List<WritingClient> clients) throws Exception {
        int cities = CityFile.read().size();
        int acknowledged = 0;
        try (RunningSample sample = RunningSample.start(dataDir, "sample.cities.import-enabled=true")) {
            for (WritingClient client : clients) {
                client.verify(sample.api());
                acknowledged += client.acknowledged();
            }
            System.out.println(acknowledged + " acknowledged writes survived " + ROUNDS + " kills");
            assertThat(acknowledged).isGreaterThanOrEqualTo(ROUNDS * LEAST_OF_A_ROUND);
            await().atMost(Duration.ofMinutes(5))
                    .until(() -> sample.api()
                            .get("/api/cities/import", null)
                            .json()
                            .get("complete")
                            .asBoolean());
            JsonDB db = sample.bean(JsonDB.class);
            assertThat(db.count("cities")).isEqualTo(cities);
            assertThat(db.storeNames()).contains("cities", "imports", "sessions", "todos", "users");
            for (String store : db.storeNames()) {
                assertThat(db.verifyIndexes(store).problems()).as(store).isEmpty();
            }
        }
    }
}
