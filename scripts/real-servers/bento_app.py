import bentoml


@bentoml.service
class Iris:
    @bentoml.api
    def classify(self, features: list[float], scale: float = 1.0) -> float:
        return sum(features) * scale
