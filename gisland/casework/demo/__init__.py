"""The invented prefecture lives through a quarter: its cases, papers and photos. 演示办案"""
