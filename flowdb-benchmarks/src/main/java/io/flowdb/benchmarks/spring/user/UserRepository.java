package io.flowdb.benchmarks.spring.user;

import java.util.List;
import java.util.Optional;
import org.springframework.data.repository.ListCrudRepository;
import org.springframework.data.repository.NoRepositoryBean;

/**
 * What an application would declare, the same for each store.
 *
 * @param <U> the entity
 */
@NoRepositoryBean
public interface UserRepository<U extends StoredUser> extends ListCrudRepository<U, Long> {

    /** The user with that email. */
    Optional<U> findByEmail(String email);

    /** The users of a city, in any order. */
    List<U> findByCity(String city);
}
