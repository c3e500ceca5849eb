package io.flowdb.sample.city;

import io.flowdb.sample.web.PlainText;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Search of cities over HTTP, open to everybody. */
@RestController
@RequestMapping(path = "/api/cities", produces = MediaType.APPLICATION_JSON_VALUE)
final class CityController {
    private final CityRepository cities;
    private final CityImport cityImport;

    CityController(CityRepository cities, CityImport cityImport) {
        this.cities = cities;
        this.cityImport = cityImport;
    }

    /** The first cities by name. While the import runs: among those that are in already. */
    @GetMapping
    List<City> search(
            @RequestParam(required = false) @Pattern(regexp = "[A-Za-z]{2}", message = "must be two letters") @Nullable
                    String country,
            @RequestParam(defaultValue = "") @Size(max = 100, message = "must have at most 100 characters") @PlainText
                    String prefix,
            @RequestParam(defaultValue = "20")
                    @Min(value = 1, message = "must be 1 to 100")
                    @Max(value = 100, message = "must be 1 to 100")
                    int limit) {
        if (country == null) {
            return cities.findByNameStartingWithOrderByName(prefix, Limit.of(limit));
        }
        return cities.findByCountryAndNameStartingWithOrderByName(
                country.toUpperCase(Locale.ROOT), prefix, Limit.of(limit));
    }

    /** How far the import is. */
    @GetMapping("/import")
    ImportState importState() {
        boolean running = cityImport.isImporting(); // asked first: it may come to its end meanwhile
        ImportProgress progress = cityImport.progress();
        return new ImportState(progress.name(), progress.documents(), progress.complete(), running);
    }

    /** How far it is, and whether it goes on. */
    record ImportState(String name, int documents, boolean complete, boolean running) {}
}
