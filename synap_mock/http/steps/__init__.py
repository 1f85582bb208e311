"""Steps of the pipeline that do not concern one route."""
