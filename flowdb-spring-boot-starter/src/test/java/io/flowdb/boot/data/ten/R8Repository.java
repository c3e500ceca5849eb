package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E8;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Repository 8. */
interface R8Repository extends FlowDbRepository<E8, String> {
    Optional<E8> findByCode(String code);

    Page<E8> findByOwnerOrderByRankDesc(String owner, Pageable page);

    @Query("owner = :owner and rank >= ?2")
    List<E8> ranked(String owner, int rank);

    long countByOwner(String owner);
}
