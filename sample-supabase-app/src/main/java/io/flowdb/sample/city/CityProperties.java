package io.flowdb.sample.city;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.io.Resource;

/**
 * Settings under {@code sample.cities}.
 *
 * @param importFile one JSON object a line, gzip
 * @param importEnabled whether cities that are missing are imported at start
 */
@ConfigurationProperties("sample.cities")
record CityProperties(
        @DefaultValue("classpath:data/cities.ndjson.gz") Resource importFile,
        @DefaultValue("true") boolean importEnabled) {}
