package io.flowdb.sample.city;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Fills the store of cities at the first start, on a thread of its own, while the server answers already.
 *
 * <p>Documents go in in batches of {@value #BATCH}; after every tenth the progress is stored. A process killed half-way
 * repeats at the next start at most those ten, and since a city replaces itself that changes nothing.
 *
 * <p>Threads: {@link #start} and {@link #stop} by the container, {@link #progress} by any.
 */
@Component
final class CityImport implements SmartLifecycle {
    static final String NAME = "cities.ndjson.gz";
    private static final int BATCH = 1_000;
    private static final int BATCHES_A_CHECKPOINT = 10;
    private static final Logger log = LoggerFactory.getLogger(CityImport.class);

    /** The format of the file, whatever the API's may be. */
    private final ObjectReader line = JsonMapper.shared().readerFor(City.class);

    private final CityRepository cities;
    private final ImportProgressRepository imports;
    private final CityProperties properties;

    @GuardedBy("this")
    private @Nullable Thread worker;

    /** Asks the worker to end after its batch. Not an interrupt: that would close the file a read is going on in. */
    private volatile boolean stopping;

    CityImport(CityRepository cities, ImportProgressRepository imports, CityProperties properties) {
        this.cities = cities;
        this.imports = imports;
        this.properties = properties;
    }

    /** What is stored. */
    ImportProgress progress() {
        return imports.findById(NAME).orElseGet(() -> new ImportProgress(NAME, 0, false));
    }

    @Override
    public synchronized void start() {
        if (worker != null || !properties.importEnabled() || progress().complete()) {
            return;
        }
        stopping = false;
        worker = new Thread(this::run, "city-import");
        worker.start();
    }

    /** Returns when the worker has ended, so that nothing uses the store after it is closed. */
    @Override
    public synchronized void stop() {
        stopping = true;
        Thread running = worker;
        if (running == null) {
            return;
        }
        try {
            running.join();
            worker = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the worker is at it: it is not where the import is switched off, and after a failure. */
    synchronized boolean isImporting() {
        return worker != null && worker.isAlive();
    }

    @Override
    public synchronized boolean isRunning() {
        return worker != null;
    }

    private void run() {
        try {
            importAfter(progress());
        } catch (IOException | RuntimeException e) {
            log.error("The import of {} has failed; the next start goes on with it", NAME, e);
        }
    }

    private void importAfter(ImportProgress stored) throws IOException {
        log.info("Importing {}, {} cities are stored", NAME, stored.documents());
        long startNanos = System.nanoTime();
        int documents = stored.documents();
        try (BufferedReader lines = openFile()) {
            skip(lines, documents);
            List<City> batch = readBatch(lines);
            for (int batches = 1; !batch.isEmpty(); batches++) {
                if (stopping) {
                    log.info("Stopped importing {} after {} cities", NAME, documents);
                    return;
                }
                cities.saveAll(batch);
                documents += batch.size();
                if (batches % BATCHES_A_CHECKPOINT == 0) {
                    imports.save(new ImportProgress(NAME, documents, false));
                    log.info("Imported {} cities", documents);
                }
                batch = readBatch(lines);
            }
        }
        imports.save(new ImportProgress(NAME, documents, true));
        long millis = (System.nanoTime() - startNanos) / 1_000_000;
        log.info("Imported {} cities in {} ms", documents - stored.documents(), millis);
    }

    private BufferedReader openFile() throws IOException {
        return new BufferedReader(new InputStreamReader(
                new GZIPInputStream(properties.importFile().getInputStream()), StandardCharsets.UTF_8));
    }

    private static void skip(BufferedReader lines, int count) throws IOException {
        for (int line = 0; line < count; line++) {
            if (lines.readLine() == null) {
                throw new IOException(NAME + " has fewer lines than are stored: " + line + " of " + count);
            }
        }
    }

    private List<City> readBatch(BufferedReader lines) {
        List<City> batch = new ArrayList<>(BATCH);
        try {
            String text;
            while (batch.size() < BATCH && (text = lines.readLine()) != null) {
                batch.add(line.readValue(text));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return batch;
    }
}
