package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.document.DocumentSession;
import io.flowdb.benchmarks.document.DocumentStore;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares imported cities with their file. */
final class Cities {
    private Cities() {}

    /** Looks up every city of {@code file} and compares name and country. */
    static void check(DocumentStore store, Path file, long imported) throws Exception {
        long count = 0;
        try (DocumentSession session = store.session();
                BufferedReader lines = new BufferedReader(new InputStreamReader(
                        new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode expected = JsonMapper.shared().readTree(line);
                long id = expected.get("id").longValue();
                Object found = session.getCity(id);
                if (found == null
                        || !session.text(found, "name")
                                .equals(expected.get("name").stringValue())
                        || !session.text(found, "country")
                                .equals(expected.get("country").stringValue())) {
                    throw new WrongAnswerException("city " + id + (found == null ? ": not found" : ": wrong document"));
                }
                count++;
            }
        }
        if (count != imported) {
            throw new WrongAnswerException(imported + " cities imported instead of " + count);
        }
    }
}
