package io.flowdb.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The cities as the file has them: what every search is compared with. */
final class CityFile {
    private static final Comparator<JsonNode> BY_NAME =
            Comparator.comparing(city -> city.get("name").asString());

    private final List<JsonNode> cities;

    private CityFile(List<JsonNode> cities) {
        this.cities = cities;
    }

    static CityFile read() throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(CityFile.class.getResourceAsStream("/data/cities.ndjson.gz")),
                StandardCharsets.UTF_8))) {
            JsonMapper json = JsonMapper.shared();
            return new CityFile(lines.lines().map(json::readTree).toList());
        }
    }

    int size() {
        return cities.size();
    }

    JsonNode get(int index) {
        return cities.get(index);
    }

    /** All that match, ordered by name; an empty country is any. */
    List<JsonNode> search(String country, String prefix) {
        return cities.stream()
                .filter(city ->
                        country.isEmpty() || city.get("country").asString().equals(country))
                .filter(city -> city.get("name").asString().startsWith(prefix))
                .sorted(BY_NAME)
                .toList();
    }
}
