"""People working on findings: who, when, why. 办案"""
