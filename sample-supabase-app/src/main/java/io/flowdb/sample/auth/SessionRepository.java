package io.flowdb.sample.auth;

import io.flowdb.data.repository.FlowDbRepository;
import java.time.Instant;
import java.util.List;
import org.springframework.data.domain.Limit;

interface SessionRepository extends FlowDbRepository<Session, String> {
    List<Session> findByExpiresAtLessThanEqual(Instant now, Limit limit);
}
