package io.flowdb.sample.city;

import io.flowdb.data.repository.FlowDbRepository;

interface ImportProgressRepository extends FlowDbRepository<ImportProgress, String> {}
