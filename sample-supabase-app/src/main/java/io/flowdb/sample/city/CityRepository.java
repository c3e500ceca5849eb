package io.flowdb.sample.city;

import io.flowdb.data.repository.FlowDbRepository;
import java.util.List;
import org.springframework.data.domain.Limit;

interface CityRepository extends FlowDbRepository<City, Integer> {
    List<City> findByNameStartingWithOrderByName(String prefix, Limit limit);

    List<City> findByCountryAndNameStartingWithOrderByName(String country, String prefix, Limit limit);
}
