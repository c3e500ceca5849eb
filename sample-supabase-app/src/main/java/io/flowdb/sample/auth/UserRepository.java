package io.flowdb.sample.auth;

import io.flowdb.data.repository.FlowDbRepository;
import java.util.Optional;

interface UserRepository extends FlowDbRepository<User, String> {
    Optional<User> findByEmail(String email);
}
