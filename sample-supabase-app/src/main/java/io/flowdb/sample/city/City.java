package io.flowdb.sample.city;

import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;

/**
 * A city of the GeoNames gazetteer, stored and answered as it stands in the file.
 *
 * <p>A search runs in the order of an index: by country and name when the country is given, else by name and place,
 * which no two cities share.
 *
 * @param id number of its line in the file
 * @param country two letters of ISO 3166-1
 * @param admin1 code of the region inside the country, or empty
 * @param admin2 code of the district inside the region, or empty
 */
@ObjectStore("cities")
@CompoundIndex(
        name = "by_country_name",
        paths = {"country", "name"})
@CompoundIndex(
        name = "by_name_place",
        paths = {"name", "location.lat", "location.lng"},
        unique = true)
record City(@Id int id, String name, @Indexed String country, String admin1, String admin2, Location location) {
    /** Degrees north and east. */
    record Location(double lat, double lng) {}
}
