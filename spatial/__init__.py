"""The law and the land: models, rules, engine. 法与地"""
